// TS2339: only a refusal has an error
import type { Socket } from "socket.io-client";
import type { ClientToServerEvents, ServerToClientEvents } from "chat-protocol";

declare const socket: Socket<ServerToClientEvents, ClientToServerEvents>;

socket.emit("chat.read", { room_id: 5 }, (answer) => console.log(answer.error));
