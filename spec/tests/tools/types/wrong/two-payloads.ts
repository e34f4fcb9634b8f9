// TS2345: an action has one payload, and then a callback
import type { Socket } from "socket.io-client";
import type { ClientToServerEvents, ServerToClientEvents } from "chat-protocol";

declare const socket: Socket<ServerToClientEvents, ClientToServerEvents>;

socket.emit("chat.read", { room_id: 5 }, { room_id: 6 });
