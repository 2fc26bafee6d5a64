import { mkdir, rm, rmdir, statfs } from 'node:fs/promises';
import { guardWith } from '../../servers/guard';
import { runTool } from '../../servers/run-tool';

/** A file system in memory that is soon full. */
export interface SmallFileSystem {
  readonly folder: string;
  freeBytes(): Promise<number>;
  /** Makes it so small that so many bytes are free, a page at least. Takes no memory. */
  fill(leaving: number): Promise<void>;
  /** Makes it as large as it was. Idempotent. */
  clear(): Promise<void>;
  /** Unmounts it, whoever still uses it, and removes the folder. Idempotent. */
  close(): Promise<void>;
}

/** Waits for the other end of stdin to close, which the kernel does however this process dies. */
const guard = 'read -r _; umount --lazy "$1"; rmdir "$1"';

/** Mounts one on a new folder, which every user may enter. Only root may; rejects with `process-failed` otherwise. Goes also when this process is killed. */
export async function mountSmallFileSystem(folder: string, size: { MiB: number }): Promise<SmallFileSystem> {
  await mkdir(folder, { mode: 0o755 });
  const call = guardWith(guard, folder);
  try {
    await runTool('mount', ['-t', 'tmpfs', '-o', `size=${size.MiB}m,mode=0755`, 'tmpfs', folder]);
  } catch (error) {
    call.release();
    await rmdir(folder);
    throw error;
  }
  const resize = (bytes: number) => runTool('mount', ['-o', `remount,size=${bytes}`, folder]);
  const clear = async () => {
    await resize(size.MiB * 2 ** 20);
  };
  let mounted = true;
  return {
    folder,
    freeBytes: async () => {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
    clear,
    fill: async (leaving) => {
      for (let tries = 5; ; tries--) {
        const { blocks, bfree, bsize } = await statfs(folder);
        const used = (blocks - bfree) * bsize;
        // it cannot be made smaller than what is in it, which somebody may be adding to
        const done = await resize(used + Math.max(leaving, bsize)).catch((error) => {
          if (tries === 0) throw error;
        });
        if (done) return;
      }
    },
    close: async () => {
      if (!mounted) return;
      mounted = false;
      await runTool('umount', ['--lazy', folder]);
      call.release();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
