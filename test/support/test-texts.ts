import { readFileSync, readdirSync } from 'node:fs';

/** Texts of all test files, and of the cases they are written with, of these folders of `test`, one after the other. */
export function testTexts(folders: readonly string[]): string {
  return folders
    .flatMap((folder) => {
      const at = new URL(`../${folder}/`, import.meta.url);
      const names = readdirSync(at).filter((name) => /(\.test|^cases.*)\.ts$/.test(name));
      return names.map((name) => readFileSync(new URL(name, at), 'utf8'));
    })
    .join('\n');
}
