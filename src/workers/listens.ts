import { connect } from 'node:net';

/** Whether something takes connections there. */
export function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 });
    const tell = (up: boolean) => {
      socket.destroy();
      resolve(up);
    };
    socket
      .once('connect', () => tell(true))
      .once('error', () => tell(false))
      .once('timeout', () => tell(false));
  });
}
