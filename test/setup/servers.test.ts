import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { ended, Sandbox, serverWords, writeExecutable } from './sandbox';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

const runs = (name: string) => spawnSync(sandbox.cached(name), ['--version'], { encoding: 'utf8' }).stdout;

describe('a server that is missing', () => {
  it('is built with Go where nothing can be downloaded, and both ways are told', async () => {
    sandbox.go();
    const { code, output } = await sandbox.run();
    expect(output).toContain('temporal: no download (127.0.0.1:9: ');
    expect(output).toContain('✓ temporal 1.29.1 built');
    expect(output).toMatch(/set-up complete.*temporal 1\.29\.1, versitygw 1\.8\.0/);
    expect(code).toBe(0);
    expect(readdirSync(path.join(sandbox.cache, 'staging'))).toEqual([]);
  });

  it('is built while the other one is, and while the packages are installed', async () => {
    const began = (name: string) => `"${path.join(sandbox.folder, name)}.began"`;
    const all = ['npm', 'temporal', 'versitygw'].map((name) => `[ -e ${began(name)} ]`).join(' && ');
    const meet = `tries=0; until ${all}; do tries=$((tries + 1)); [ $tries -lt 200 ] || exit 1; sleep 0.05; done`;
    rmSync(path.join(sandbox.tree, 'node_modules'), { recursive: true });
    sandbox.program('npm', `touch ${began('npm')}; ${meet}; mkdir node_modules`);
    sandbox.go(`touch ${began('$name')}; ${meet}`);
    const { code, output } = await sandbox.run();
    expect(output).toMatch(/✓ npm packages installed/);
    expect(code).toBe(0);
  });

  it('is named with the exact command when there is neither download nor Go', async () => {
    const { code, output } = await sandbox.run();
    expect(output).toContain('✗ temporal 1.5.1 is missing');
    expect(output).toContain('✗ versitygw 1.8.0 is missing');
    const bin = path.join(sandbox.cache, 'bin');
    expect(output).toContain(`GOBIN="${bin}" go install github.com/temporalio/cli/cmd/temporal@v1.5.1\n`);
    expect(output).toContain(`GOBIN="${bin}" go install github.com/versity/versitygw/cmd/versitygw@v1.8.0\n`);
    expect(code).toBe(1);
  });

  it('shows the end of what Go said when the build fails, and where the rest is', async () => {
    sandbox.go('echo "go: module needs go >= 99" >&2; exit 2');
    const { code, output } = await sandbox.run();
    expect(output).toMatch(/`go install` ended with exit code 2; from .+\.log:\n {8}go: module needs go >= 99/);
    expect(code).toBe(1);
  });

  it('is not taken from a build that does not give the version asked for', async () => {
    sandbox.program('go', 'for name in temporal versitygw; do echo "not a program" > "$GOBIN/$name"; done');
    const { code, output } = await sandbox.run();
    expect(output).toContain('does not run or is not the version asked for');
    expect(code).toBe(1);
    expect(existsSync(sandbox.cached('temporal'))).toBe(false);
  });
});

describe('a download', () => {
  let server: Server;
  const serve = async (listener: RequestListener) => {
    server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  /** A release archive with a stand-in for both servers in it. */
  const pack = () => {
    const stand = path.join(sandbox.folder, 'release', 'server');
    writeExecutable(stand, `echo '${serverWords.temporal}'; echo '${serverWords.versitygw}'`);
    const archive = path.join(sandbox.folder, 'release.tar.gz');
    spawnSync('tar', ['-czf', archive, '-C', path.dirname(stand), 'server']);
    return readFileSync(archive);
  };
  const offer = (url: string, bytes: Buffer) =>
    sandbox.changePins((pin) => {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      pin.releases = { [`${process.platform}-${process.arch}`]: { urls: [url], sha256, member: 'server' } };
    });

  it('is unpacked into the cache when it is what the pin says', async () => {
    const archive = pack();
    offer(await serve((_request, response) => response.end(archive)), archive);
    const { code, output } = await sandbox.run();
    expect(output).toContain('✓ temporal 1.29.1 downloaded');
    expect(code).toBe(0);
    expect(runs('versitygw')).toContain(serverWords.versitygw);
  });

  it('that is not what the pin says is refused, and never run', async () => {
    const archive = pack();
    offer(await serve((_request, response) => response.end(Buffer.concat([archive, Buffer.from([0])]))), archive);
    const { code, output } = await sandbox.run();
    expect(output).toMatch(/sha256 is [0-9a-f]{64}, not the pinned [0-9a-f]{64}/);
    expect(code).toBe(1);
    expect(existsSync(sandbox.cached('temporal'))).toBe(false);
  });

  it('from a network that does not answer costs seconds, once, before Go is tried', async () => {
    sandbox.go();
    offer(await serve(() => undefined), pack());
    const { code, output, seconds } = await sandbox.run();
    expect(output).toContain('no answer within 4 s');
    expect(code).toBe(0);
    expect(seconds).toBeLessThan(8);
  });
});

describe('a cached server', () => {
  beforeEach(async () => {
    sandbox.go();
    await sandbox.run();
  });

  it('that lost its end is noticed by its size and replaced', async () => {
    const whole = statSync(sandbox.cached('temporal')).size;
    truncateSync(sandbox.cached('temporal'), whole - 1);
    const { code, output } = await sandbox.run();
    expect(output).toContain(`the cached temporal has ${whole - 1} bytes, not ${whole}: getting it again`);
    expect(code).toBe(0);
    expect(statSync(sandbox.cached('temporal')).size).toBe(whole);
  });

  it('that does not run is replaced', async () => {
    const size = statSync(sandbox.cached('versitygw')).size;
    writeExecutable(sandbox.cached('versitygw'), `exit 1 #${' '.repeat(size)}`);
    truncateSync(sandbox.cached('versitygw'), size);
    const { code, output } = await sandbox.run();
    expect(output).toContain('the cached versitygw does not run or is too old: getting it again');
    expect(code).toBe(0);
    expect(runs('versitygw')).toContain(serverWords.versitygw);
  });

  it('of another pin is replaced', async () => {
    sandbox.changePins((pin) => {
      pin.version = `${pin.version}-next`;
    });
    const { output } = await sandbox.run();
    expect(output).toContain('the cached temporal is of version 1.5.1, not 1.5.1-next: getting it again');
  });

  it('survives two set-ups at once that both have to make it', async () => {
    sandbox.go('sleep 0.3');
    for (const name of ['temporal', 'versitygw']) truncateSync(sandbox.cached(name), 3);
    const both = await Promise.all([ended(sandbox.start()), ended(sandbox.start())]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect((await sandbox.run()).output).toMatch(/^set-up complete/);
  });
});
