/** The script of a page: src/browser/page/main.ts in one file, which the build puts in the place of this declaration. */
export declare const SCRIPT: string;
