// TS2345: text is a string
import type { Socket } from "socket.io-client";
import type { ClientToServerEvents, ServerToClientEvents } from "chat-protocol";

declare const socket: Socket<ServerToClientEvents, ClientToServerEvents>;

socket.emit("message.send", { room_id: 5, text: 7 });
