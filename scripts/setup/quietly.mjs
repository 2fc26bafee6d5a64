import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import find from '../../tools/find.js';
import { endWithUs } from './undo.mjs';

// some programs name the cause first and then explain themselves, others end with it
const firstLines = 6;
const lastLines = 10;

/**
 * Runs a program with its output in a log file instead of on the screen. Rejects with what matters of the log when the program fails.
 * It gets a session of its own: no terminal to prompt on, and a process group that can be ended as one. `mayOutlive` is for
 * programs that must not be cut off in the middle; the log is a file so that they can go on without us.
 */
export function quietly(program, args, { mayOutlive = false, ...options } = {}) {
  const log = openLog(path.basename(program));
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, detached: true, stdio: ['ignore', log.fd, log.fd] });
    closeSync(log.fd);
    if (!mayOutlive) endWithUs(child);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code !== 0) return reject(new Error(account(program, args, signal ?? `exit code ${code}`, log.file)));
      rmSync(log.file, { force: true });
      return resolve();
    });
  });
}

let logs = 0;

function openLog(name) {
  const folder = path.join(find.cacheDirectory(), 'logs');
  mkdirSync(folder, { recursive: true });
  logs += 1;
  const file = path.join(folder, `${name}-${process.pid}-${logs}.log`);
  return { file, fd: openSync(file, 'w') };
}

function account(program, args, end, log) {
  const excerpt = excerptOf(readFileSync(log, 'utf8').trimEnd().split('\n'));
  const quoted = excerpt.map((line) => `        ${line}`).join('\n');
  return `\`${path.basename(program)} ${args[0]}\` ended with ${end}; from ${log}:\n${quoted}`;
}

function excerptOf(lines) {
  if (lines.length <= firstLines + lastLines + 1) return lines;
  return [...lines.slice(0, firstLines), '…', ...lines.slice(-lastLines)];
}
