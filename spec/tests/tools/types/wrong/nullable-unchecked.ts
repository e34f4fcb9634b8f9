// TS18047: the attachment may be null
import type { Socket } from "socket.io-client";
import type { ClientToServerEvents, ServerToClientEvents } from "chat-protocol";

declare const socket: Socket<ServerToClientEvents, ClientToServerEvents>;

socket.on("on.message.new", ({ message }) => console.log(message.attachment.type));
