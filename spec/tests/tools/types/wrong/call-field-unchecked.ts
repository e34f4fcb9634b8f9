// TS18046: a call field is any JSON
import type { Socket } from "socket.io-client";
import type { ClientToServerEvents, ServerToClientEvents } from "chat-protocol";

declare const socket: Socket<ServerToClientEvents, ClientToServerEvents>;

socket.on("on.call.init", ({ ice_candidate }) => ice_candidate.candidate);
