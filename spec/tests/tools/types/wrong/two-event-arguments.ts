// TS2345: an event has one argument
import type { Socket } from "socket.io-client";
import type { ClientToServerEvents, ServerToClientEvents } from "chat-protocol";

declare const socket: Socket<ServerToClientEvents, ClientToServerEvents>;

socket.on("on.user.online", (event: unknown, more: string) => console.log(event, more));
