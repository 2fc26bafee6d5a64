import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, type ClientConfig } from 'pg';

/** Connects, works, and always disconnects. */
export async function withClient<T>(config: ClientConfig, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(config);
  client.on('error', () => {}); // a connection lost while idle shows in the next query
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Runs one of the files beside this one, all of it in one transaction. */
export async function runFile(client: Client, file: string): Promise<void> {
  await client.query(await readFile(join(__dirname, 'sql', file), 'utf8'));
}
