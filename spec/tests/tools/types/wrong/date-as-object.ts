// TS2339: a date arrives as a string
import type { Socket } from "socket.io-client";
import type { ClientToServerEvents, ServerToClientEvents } from "chat-protocol";

declare const socket: Socket<ServerToClientEvents, ClientToServerEvents>;

socket.on("on.message.new", ({ message }) => message.created_at.getTime());
