// A client as somebody would write it, with socket.io-client's own types: it compiles without an error.

import { io, type Socket } from "socket.io-client";
import type {
  Acknowledgement,
  ClientToServerEvents,
  Dialog,
  ErrorCode,
  Message,
  MessageId,
  ServerToClientEvents,
} from "chat-protocol";

const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io("ws://localhost:3000", {
  path: "/",
  transports: ["websocket"],
});

const dialogs = new Map<number, Dialog>();

socket.on("connect", () => {
  socket.emit("user.auth", { id: 1, token: "a-secret-of-user-1" });
});

socket.on("on.user.authorized", ({ success, dialogs: known, user }) => {
  if (!success) return console.error("refused");
  for (const dialog of known) dialogs.set(dialog.room.id, dialog);
  console.log(user?.id, new Date(known[0]?.message?.created_at ?? 0));
});
socket.on("on.message.new", ({ chat, room, message }) => {
  dialogs.set(room.id, { chat, room, message });
  console.log(message.text.toUpperCase(), message.attachment?.type, chat.unread_count + 1);
});
socket.on("on.message.delete", ({ message }) => console.log(message.id));
socket.on("on.chat.delete", ({ room }) => dialogs.delete(room.id));
socket.on("on.chat.clear", ({ room }) => console.log(room.users.map((user) => user.id)));
socket.on("on.chat.read", ({ chat }) => console.log(chat.unread_count === 0));
socket.on("on.user.online", ({ id, online }) => console.log(id, online ? "is here" : "left"));
socket.on("on.chat.history", ({ messages }) => {
  const oldest: MessageId | undefined = messages[0]?.id;
  if (oldest !== undefined) socket.emit("chat.history", { room_id: 5, limit: 20, last_id: oldest });
});
socket.on("on.call.init", ({ user, session_description }) => {
  const offer = session_description as RTCSessionDescriptionInit;
  console.log(offer.sdp);
  socket.emit("call.answer", { user_id: user.id, ice_candidate: null, session_description: { type: "answer", sdp: "" } });
});
socket.on("on.call.answer", ({ ice_candidate }) => console.log(ice_candidate as RTCIceCandidateInit));
socket.on("on.error", ({ action, code, message }) => console.error(action, code, message));

socket.emit("chat.start", { user_id: 2, text: "Hello!" });
socket.emit("chat.start", { user_id: 2, text: "Hello!", attachment_id: null });
socket.emit("message.send", { room_id: 5, text: "", attachment_id: 10 });
socket.emit("message.delete", { message_id: 70 });
socket.emit("chat.history", { room_id: 5 });
socket.emit("chat.read", { room_id: 5 });
socket.emit("chat.clear", { room_id: 5 });
socket.emit("chat.delete", { room_id: 5 });
declare const candidate: RTCIceCandidate;
declare const description: RTCSessionDescription;
socket.emit("call.start", { user_id: 2, ice_candidate: candidate, session_description: description });

// An acknowledgement, for servers with the profile `errors`: by a callback, …
socket.emit("message.send", { room_id: 5, text: "x" }, (acknowledgement) => {
  if (acknowledgement.ok) return;
  const reason: ErrorCode = acknowledgement.error.code;
  console.error(reason, acknowledgement.error.message);
});
// … by a callback with a time limit, …
socket.timeout(5_000).emit("chat.read", { room_id: 5 }, (late, acknowledgement) => {
  if (!late && !acknowledgement.ok) console.error(acknowledgement.error.action);
});
// … and as a promise.
const answer: Acknowledgement = await socket.emitWithAck("chat.read", { room_id: 5 });
console.log(answer.ok);

const kept: Message[] = [];
console.log(kept);
export {};
