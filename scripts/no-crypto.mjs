// In place of node:crypto in the library: seedrandom takes it for seeds of its own, and here each seed is given.
export {};
