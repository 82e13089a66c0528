// The design that tornterm started from, as a small server: one send per read of the terminal,
// text frames, the last 100 KiB replayed on return, no flow control. Prints its port.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const require = createRequire(`${process.argv[2]}/`);
const { spawn } = require('@lydell/node-pty');
const { WebSocketServer } = require('ws');

const SCROLLBACK = 100 * 1024;
const OPEN = 1;
const sessions = new Map();

class Scrollback {
  #chunks = [];
  #size = 0;

  write(text) {
    this.#chunks.push(text);
    this.#size += text.length;
    while (this.#size > SCROLLBACK && this.#chunks.length > 1) {
      this.#size -= this.#chunks.shift().length;
    }
  }

  read() {
    return this.#chunks.join('');
  }
}

function create(socket) {
  const env = { ...process.env, PS1: '$ ', TERM: 'xterm-256color' };
  const pty = spawn('/bin/bash', ['--norc', '--noprofile'], { cols: 80, rows: 24, env });
  const token = randomBytes(32).toString('hex');
  const session = { pty, socket, scrollback: new Scrollback() };
  sessions.set(token, session);
  pty.onData((text) => {
    session.scrollback.write(text);
    if (session.socket.readyState === OPEN) session.socket.send(text);
  });
  pty.onExit(({ exitCode, signal }) => {
    sessions.delete(token);
    if (session.socket.readyState !== OPEN) return;
    session.socket.send(JSON.stringify({ type: 'exit', exitCode, signal }));
    session.socket.close(1000);
  });
  socket.send(JSON.stringify({ type: 'session', token }));
  return session;
}

function resume(session, token, socket) {
  session.socket = socket;
  socket.send(JSON.stringify({ type: 'resumed', token }));
  socket.send(session.scrollback.read());
}

function control(session, text) {
  if (!text.startsWith('{')) return false;
  try {
    const message = JSON.parse(text);
    if (message.type === 'resize') session.pty.resize(message.cols, message.rows);
    else if (message.type === 'ping') session.socket.send(JSON.stringify({ type: 'pong' }));
    else return false;
    return true;
  } catch {
    return false;
  }
}

const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (socket, request) => {
  const token = new URL(request.url, 'http://localhost').searchParams.get('resume');
  let session = sessions.get(token);
  if (session) resume(session, token, socket);
  else session = create(socket);
  socket.on('message', (data) => {
    const text = data.toString();
    if (!control(session, text)) session.pty.write(text);
  });
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  console.log(server.address().port);
});
