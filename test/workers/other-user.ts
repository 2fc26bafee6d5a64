import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What another user of the host can do: a program of Node, run as `nobody` with nothing of ours; what it printed. */
export async function asOtherUser(program: string, ...args: readonly string[]): Promise<string> {
  const become = ['--reuid=65534', '--regid=65534', '--clear-groups', '--', process.execPath, '-e', program, ...args];
  const { stdout } = await promisify(execFile)('setpriv', become, { cwd: '/', env: {}, timeout: 20_000 });
  return stdout.trim();
}

/** Asks Temporal at the address of its argument for its cluster's name, as any SDK does; prints the status of gRPC and its message. */
export const askTemporal = `
const session = require('node:http2').connect('http://' + process.argv[1]);
const call = session.request({ ':method': 'POST', ':path': '/temporal.api.workflowservice.v1.WorkflowService/GetClusterInfo',
  'content-type': 'application/grpc', te: 'trailers' });
const tell = (headers) => headers['grpc-status'] !== undefined &&
  console.log(headers['grpc-status'], decodeURIComponent(headers['grpc-message'] ?? ''));
call.on('response', tell).on('trailers', tell).on('data', () => {}).on('close', () => session.destroy());
session.on('error', (error) => { console.log(error.code); process.exit(0); });
call.on('error', () => {});
call.end(Buffer.alloc(5));
`;

/** Sends what its second argument says to the address of its first and closes at once, without waiting for anything; a hundred times. */
export const sendAndVanish = `
const [host, port] = process.argv[1].split(':');
let left = 100;
const once = () => {
  const socket = require('node:net').connect({ host, port });
  socket.on('error', () => {}).resume();
  socket.on('close', () => (left -= 1) > 0 ? once() : console.log('done'));
  socket.on('connect', () => {
    if (left % 2) return socket.write(process.argv[2]), socket.destroy();
    socket.end(process.argv[2]);
    setTimeout(() => socket.destroy(), 1);
  });
};
once();
`;
