// gritty's own server, on loopback alone, and with no heartbeat that the load client would have
// to answer. Prints its port.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(`${process.argv[2]}/`);
const { Server } = require('socket.io');
const { default: gritty } = await import(pathToFileURL(require.resolve('gritty')));

const server = createServer();
gritty.listen(new Server(server, { pingInterval: 24 * 3600 * 1000 }));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
