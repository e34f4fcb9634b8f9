// The other side, for servers in TypeScript. Socket.IO's server takes the same two maps the other way round, which the
// client's type can stand in for.

import type { Socket } from "socket.io-client";
import type { ClientToServerEvents, OnUserOnline, ServerToClientEvents } from "chat-protocol";

declare const socket: Socket<ClientToServerEvents, ServerToClientEvents>;

socket.on("chat.read", ({ room_id }, acknowledge?) => {
  if (room_id === 5) return acknowledge?.({ ok: true });
  acknowledge?.({ ok: false, error: { action: "chat.read", code: "not_found", message: "no such room" } });
});
const online: OnUserOnline = { id: 1, online: true };
socket.emit("on.user.online", online);
