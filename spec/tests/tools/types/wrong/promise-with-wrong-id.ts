// TS2345: a promise of an acknowledgement takes the same payload
import type { Socket } from "socket.io-client";
import type { ClientToServerEvents, ServerToClientEvents } from "chat-protocol";

declare const socket: Socket<ServerToClientEvents, ClientToServerEvents>;

await socket.emitWithAck("chat.read", { room_id: "5" });
export {};
