// TS2345: an action has a payload
import type { Socket } from "socket.io-client";
import type { ClientToServerEvents, ServerToClientEvents } from "chat-protocol";

declare const socket: Socket<ServerToClientEvents, ClientToServerEvents>;

socket.emit("chat.read");
