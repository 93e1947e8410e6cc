import { describe, expect, it } from 'vitest';
import { BUNDLE_PLACES, hostOfPlace } from './at.js';
import { tried } from './figures.js';

describe('the scenario of a place that takes a bundle', () => {
  it.each(BUNDLE_PLACES)('is valid: $path', (place) => {
    const { tree, files, finish } = hostOfPlace(place);
    const { refusals } = tried(finish!(tree), files);
    expect(refusals).toBeNull();
  });
});
