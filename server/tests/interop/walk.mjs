// Two users walk through all ten actions with the official client, connected exactly as the original document says.
// Arguments: the server's URL, and two accounts as `id:token`.
import assert from 'node:assert/strict';
import { io } from 'socket.io-client';

const [url, ...accounts] = process.argv.slice(2);
const [alice, bob] = accounts.map((account) => {
  const [id, token] = account.split(':');
  return { id: Number(id), token, socket: io(url, { path: '/', transports: ['websocket'] }), heard: [], waiting: [] };
});

for (const user of [alice, bob]) {
  user.socket.on('connect_error', (error) => { throw error; });
  user.socket.onAny((event, payload, ...more) => {
    assert.equal(more.length, 0, `${event} has one argument`);
    const waiting = user.waiting.shift();
    if (waiting) waiting([event, payload]); else user.heard.push([event, payload]);
  });
}

// The next event of a user, which must have this name.
async function hear(user, name) {
  const [event, payload] = user.heard.shift() ?? await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${user.id} did not hear ${name}`)), 10_000);
    user.waiting.push((heard) => { clearTimeout(late); resolve(heard); });
  });
  assert.equal(event, name, JSON.stringify(payload));
  return payload;
}

alice.socket.emit('user.auth', { id: alice.id, token: 'wrong' });
assert.deepEqual(await hear(alice, 'on.user.authorized'), { success: false, dialogs: [], user: null });
for (const user of [alice, bob]) {
  user.socket.emit('user.auth', { id: user.id, token: user.token });
  assert.equal((await hear(user, 'on.user.authorized')).user.id, user.id);
}
assert.deepEqual(await hear(alice, 'on.user.online'), { id: bob.id, online: true });

alice.socket.emit('chat.start', { user_id: bob.id, text: 'hello' });
const { room } = await hear(alice, 'on.message.new');
assert.equal((await hear(bob, 'on.message.new')).chat.unread_count, 1);

bob.socket.emit('message.send', { room_id: room.id, text: 'привет 👋' });
const { message } = await hear(bob, 'on.message.new');
assert.equal((await hear(alice, 'on.message.new')).message.text, 'привет 👋');

bob.socket.emit('chat.read', { room_id: room.id });
assert.equal((await hear(bob, 'on.chat.read')).chat.unread_count, 0);

bob.socket.emit('message.delete', { message_id: message.id });
for (const user of [alice, bob]) assert.equal((await hear(user, 'on.message.delete')).message.id, message.id);

alice.socket.emit('chat.history', { room_id: room.id, limit: 10 });
assert.deepEqual((await hear(alice, 'on.chat.history')).messages.map(({ text }) => text), ['hello']);

const offer = { user_id: bob.id, ice_candidate: { candidate: 'c' }, session_description: { type: 'offer', sdp: 'v=0' } };
alice.socket.emit('call.start', offer);
assert.deepEqual((await hear(bob, 'on.call.init')).session_description, offer.session_description);
bob.socket.emit('call.answer', { ...offer, user_id: alice.id });
assert.equal((await hear(alice, 'on.call.answer')).user.id, bob.id);

alice.socket.emit('chat.clear', { room_id: room.id });
for (const user of [alice, bob]) await hear(user, 'on.chat.clear');
alice.socket.emit('chat.delete', { room_id: room.id });
for (const user of [alice, bob]) await hear(user, 'on.chat.delete');

// The extension: a refusal with and without a callback.
alice.socket.emit('chat.read', { room_id: room.id });
assert.equal((await hear(alice, 'on.error')).code, 'not_found');
assert.equal((await alice.socket.emitWithAck('chat.read', { room_id: room.id })).error.code, 'not_found');

bob.socket.disconnect();
assert.deepEqual(await hear(alice, 'on.user.online'), { id: bob.id, online: false });
alice.socket.disconnect();
