/** The part of jstat that tests take quantiles and probabilities from; the package has no types. */
declare module 'jstat' {
  interface Law {
    cdf(x: number, ...parameters: number[]): number;
    inv(p: number, ...parameters: number[]): number;
  }
  interface JStat {
    readonly exponential: Law;
    readonly gamma: Law;
    readonly lognormal: Law;
    readonly normal: Law;
    readonly studentt: Law;
    readonly weibull: Law;
    gammaln(x: number): number;
    ibeta(x: number, a: number, b: number): number;
    mean(values: ArrayLike<number>): number;
    stdev(values: ArrayLike<number>, isSample?: boolean): number;
    ttest(value: number, ...more: readonly (number | ArrayLike<number>)[]): number;
  }
  const jstat: { readonly jStat: JStat };
  export default jstat;
}
