import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Stack, startStack } from '../../scripts/stack/stack';
import { findChromium } from '../../tools/find';
import { createSmallShop, damageOrders } from './database';

jest.setTimeout(180_000);

let stack: Stack;
let browser: Browser;
let pictures: string;

beforeAll(async () => {
  stack = await startStack({ name: 'holdfast-web-ui', ui: true, fsync: false });
  // With HOLDFAST_PICTURES=docs/images the pictures of the documentation are taken anew.
  pictures = process.env['HOLDFAST_PICTURES'] ?? join(stack.folder, 'pictures');
  await mkdir(pictures, { recursive: true });
  await createSmallShop(stack);
  await stack.holdfast.startWorkers();
  browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
});
afterAll(async () => {
  await browser?.close();
  await stack?.close();
});

async function openJob(jobId: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 1500 } });
  await page.goto(`${stack.temporal.uiAddress}/namespaces/default/workflows/${jobId}`);
  await page.getByText(jobId).first().waitFor({ timeout: 30_000 });
  return page;
}

async function takePicture(page: Page, name: string): Promise<void> {
  const path = join(pictures, name);
  await page.screenshot({ path });
  expect((await stat(path)).size).toBeGreaterThan(20_000);
}

test('a backup reads like a report in the Web UI', async () => {
  expect((await stack.holdfast.run('backup', 'shop', '--method', 'cold', '--job-id', 'shop-backup-nightly')).code).toBe(
    0,
  );
  const page = await openJob('shop-backup-nightly');
  for (const step of ['checkDatabase', 'stopDatabase', 'runDump', 'startDatabase', 'sealBackup']) {
    await page.getByText(step).first().waitFor({ timeout: 20_000 });
  }
  await takePicture(page, 'web-ui-backup.png');
  await page.close();
});

test('a restore reads like a report in the Web UI', async () => {
  await damageOrders(stack);
  expect(
    (await stack.holdfast.run('restore', 'shop', 'latest', '--yes', '--job-id', 'shop-restore-after-accident')).code,
  ).toBe(0);
  const page = await openJob('shop-restore-after-accident');
  for (const step of ['loadBackup', 'swapDatabase', 'checkHealth'])
    await page.getByText(step).first().waitFor({ timeout: 20_000 });
  await takePicture(page, 'web-ui-restore.png');
  await page.close();
});
