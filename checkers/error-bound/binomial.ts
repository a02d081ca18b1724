/** How likely so many misses are by chance. */

/**
 * The probability that `trials`, each of which misses with `probability`, miss `misses` times or more; 1 where these are no
 * more than are expected. O(trials).
 */
export function tailOf(misses: number, trials: number, probability: number): number {
  if (misses <= trials * probability) return 1;
  if (probability <= 0) return 0;
  let log = (trials - misses) * Math.log1p(-probability) + misses * Math.log(probability);
  for (let k = 1; k <= misses; k++) log += Math.log((trials - misses + k) / k);
  // above what is expected each term is smaller than the one before it
  let [term, sum] = [1, 0];
  for (let k = misses; k <= trials && term > 1e-17 * sum; k++) {
    sum += term;
    term *= ((trials - k) / (k + 1)) * (probability / (1 - probability));
  }
  return Math.min(1, Math.exp(log) * sum);
}
