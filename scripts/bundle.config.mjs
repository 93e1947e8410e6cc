// How rolldown bundles the program and the library; bootstrap.mjs passes input and output. Comments are for readers of
// the source, and a third of the size.
export default { output: { comments: false } };
