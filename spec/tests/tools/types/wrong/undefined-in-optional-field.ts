// TS2345: an optional field is left out or null
import type { Socket } from "socket.io-client";
import type { ClientToServerEvents, ServerToClientEvents } from "chat-protocol";

declare const socket: Socket<ServerToClientEvents, ClientToServerEvents>;

socket.emit("chat.history", { room_id: 5, limit: undefined });
