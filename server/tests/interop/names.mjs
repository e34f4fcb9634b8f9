// The official client emits events whose names JSON writes with escapes, and stays connected.
// Arguments: the server's URL, and an account as `id:token`.
import assert from 'node:assert/strict';
import { io } from 'socket.io-client';

const [url, account] = process.argv.slice(2);
const [id, token] = account.split(':');
const socket = io(url, { path: '/', transports: ['websocket'], reconnection: false });
socket.on('connect_error', (error) => { throw error; });
socket.on('disconnect', (reason) => { if (reason !== 'io client disconnect') throw new Error(reason); });

assert.deepEqual(await socket.emitWithAck('user.auth', { id: Number(id), token }), { ok: true });
for (const name of ['say "hi"\n', '\\', '\0', '😀\t', '\ud800', '?name']) {
  const { ok, error } = await socket.timeout(10_000).emitWithAck(name, { room_id: 1 });
  const said = name === '\ud800' ? '"\\ud800"' : name;
  assert.deepEqual([ok, error.action, error.code], [false, said, 'unknown_action'], JSON.stringify(name));
  socket.emit(name);
}
assert.equal((await socket.timeout(10_000).emitWithAck('chat.read', { room_id: 999 })).error.code, 'not_found');
assert.ok(socket.connected);
socket.disconnect();
