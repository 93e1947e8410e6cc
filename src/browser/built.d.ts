/** The script of a page: src/browser/page/main.ts in one file, which the build puts in the place of this declaration. */
export declare const SCRIPT: string;
/** Its SHA-256, in base64. */
export declare const SCRIPT_HASH: string;
