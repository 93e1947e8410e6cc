import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scenarioReader } from '../../src/cli/files.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faultline-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('reading a scenario', () => {
  it('gives its text', () => {
    expect(read(put('a.yaml', 'title: é\n'))).toEqual({ text: 'title: é\n' });
  });

  it('says in one line what is wrong with it', () => {
    const large = put('large.yaml', 'x'.repeat(4 * 1024 * 1024 + 1));
    expect(read(join(folder, 'missing.yaml'))).toEqual({ error: 'no such file or directory' });
    expect(read(folder)).toEqual({ error: 'is a directory; name a file' });
    expect(read('/dev/null')).toEqual({ error: 'is not a regular file' });
    expect(read(put('latin1.yaml', Buffer.from([0x74, 0xe9])))).toEqual({
      error: 'is not valid UTF-8 text',
    });
    expect(read(large)).toMatchObject({
      error: expect.stringContaining('larger than 4194304 bytes'),
    });
  });
});

describe('reading what a scenario includes', () => {
  it('gives files below the folder of the scenario', () => {
    mkdirSync(join(folder, 'parts'));
    put('parts/edge.yaml', 'services: {}\n');
    const reader = scenarioReader(put('main.yaml', 'title: main\n'));
    expect(reader(join(folder, 'main.yaml'))).toEqual({ text: 'title: main\n' });
    expect(reader(join(folder, 'parts/edge.yaml'))).toEqual({ text: 'services: {}\n' });
  });

  it('refuses whatever leads out of it, without a word of its content', () => {
    const outside = mkdtempSync(join(tmpdir(), 'faultline-outside-'));
    try {
      writeFileSync(join(outside, 'secret.yaml'), 'password: hunter2\n');
      symlinkSync(join(outside, 'secret.yaml'), join(folder, 'link.yaml'));
      const reader = scenarioReader(put('main.yaml', ''));
      const foreign = [
        'link.yaml',
        '../secret.yaml',
        'CON',
        'https://x/y.yaml',
        '~/x',
        'a\0b',
        '/etc/passwd',
      ];
      const paths = [...foreign.map((name) => `${folder}/${name}`), join(outside, 'secret.yaml')];
      for (const path of paths) {
        const { error } = reader(path) as { error: string };
        expect([path, error]).toEqual([path, expect.stringContaining('folder of the scenario')]);
      }
    } finally {
      rmSync(outside, { recursive: true });
    }
  });
});

function read(path: string): ReturnType<ReturnType<typeof scenarioReader>> {
  return scenarioReader(path)(path);
}

function put(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}
