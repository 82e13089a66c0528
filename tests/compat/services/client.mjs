// Jupyter's own client library against a server: says what it saw, as one JSON object.
//   node client.mjs <base> <token>

import coreutils from '@jupyterlab/coreutils';
import services from '@jupyterlab/services';

const { PageConfig } = coreutils;
const { ServerConnection, TerminalManager } = services;
const [baseUrl, token] = process.argv.slice(2);
const seen = {};

// What a page of Jupyter's says about its server.
PageConfig.setOption('terminalsAvailable', 'true');
console.warn = console.error = () => {};

const settings = (token) => ServerConnection.makeSettings({ baseUrl, token, appendToken: true });

/** Keeps what a terminal shows, and resolves when it matches. */
class Screen {
  constructor(connection) {
    this.text = '';
    this.connection = connection;
    this.waiting = [];
    connection.messageReceived.connect((_, message) => {
      if (message.type === 'stdout') this.text += message.content[0];
      this.waiting = this.waiting.filter(([found, resolve]) => {
        if (found.test(this.text)) resolve();
        return !found.test(this.text);
      });
    });
  }
  shows(found) {
    if (found.test(this.text)) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push([found, resolve]));
  }
  type(text) {
    this.connection.send({ type: 'stdin', content: [text] });
  }
}

const gone = (connection) =>
  connection.isDisposed || new Promise((resolve) => connection.disposed.connect(resolve));

const names = async (manager) => {
  await manager.refreshRunning();
  return Array.from(manager.running(), (model) => model.name);
};

const failure = async (promise) => promise.then(() => 'nothing', (error) => error);

const manager = new TerminalManager({ serverSettings: settings(token) });
await manager.ready;
seen.before = await names(manager);

// Make, size, type.
const first = await manager.startNew();
const one = new Screen(first);
first.send({ type: 'set_size', content: [31, 97, 600, 800] });
one.type('stty size; echo $((6 * 7))\r');
await one.shows(/31 97\r\n42\r\n/);

// Another window, with the same screen; both may type, and the smaller one counts.
const second = manager.connectTo({ model: { name: first.name } });
const other = new Screen(second);
await other.shows(/42\r\n/);
second.send({ type: 'set_size', content: [20, 90, 600, 800] });
other.type('echo from the second\r');
await one.shows(/from the second\r\n/);
one.type('stty size\r');
await other.shows(/20 90\r\n/);

// The connection is made anew.
one.text = '';
await first.reconnect();
await one.shows(/42\r\n/);
seen.replayed = one.text;

// By name, and in lists.
const named = await manager.startNew({ name: 'build', cwd: 'somewhere' });
seen.names = await names(manager);
seen.taken = (await failure(manager.startNew({ name: 'build' }))).message;

// Its program ends, and it is deleted.
const build = new Screen(named);
build.type('exit\r');
await gone(named);
seen.afterExit = await names(manager);
await manager.shutdown(first.name);
await gone(second);
seen.afterDelete = await names(manager);

// Refusals.
await manager.startNew();
await manager.startNew();
const full = await failure(manager.startNew());
seen.full = [full.response.status, full.message];
await manager.shutdownAll();
seen.afterAll = await names(manager);
const stranger = new TerminalManager({ serverSettings: settings('wrong') });
stranger.ready.catch(() => {});
seen.stranger = (await failure(stranger.startNew())).response.status;

console.log(JSON.stringify(seen));
process.exit(0);
