/** Random intervals between operations: with comparisons, + − × ÷ only, so that every engine draws the same. */
import type { GeneratorPath } from './path.ts';

/** How the intervals of an open loop are spread around their mean. */
export type Distribution = 'poisson' | 'uniform' | 'fixed';

const TWO_32 = 4294967296;

/** An interval with the given mean (ns, a fraction is kept), for operation number `emitted` at `path`. */
export function interval(distribution: Distribution, mean: number, path: GeneratorPath, emitted: number): number {
  switch (distribution) {
    case 'fixed':
      return mean;
    case 'uniform':
      return uniform01(path, emitted) * 2 * mean;
    case 'poisson':
      return exponential(path, emitted) * mean;
  }
}

/** Uniform in [0, 1), 53 bits. */
function uniform01(path: GeneratorPath, emitted: number): number {
  return ((path.draw(emitted, 0) >>> 5) * 67108864 + (path.draw(emitted, 1) >>> 6)) / 9007199254740992;
}

/**
 * Exponential with mean 1 by von Neumann's comparisons of uniforms, without a logarithm: a run of falling draws of odd
 * length gives its first draw; each run of even length adds one.
 */
function exponential(path: GeneratorPath, emitted: number): number {
  let nth = 0;
  for (let whole = 0; ; whole++) {
    const first = path.draw(emitted, nth++);
    let last = first;
    let length = 1;
    for (let draw = path.draw(emitted, nth++); draw < last; draw = path.draw(emitted, nth++)) {
      last = draw;
      length++;
    }
    if (length % 2 === 1) return whole + first / TWO_32;
  }
}
