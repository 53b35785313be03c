import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linear, linearBack } from '../../src/learn/linear.ts';
import { LinearLayer } from '../../src/learn/linear-layer.ts';
import { Arena } from '../../src/memory/arena.ts';
import { seededRandom } from '../../src/model/random.ts';
import { bits } from '../bits.ts';

test('bits of y, dL/dh, dW and db equal the TypeScript reference', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 37 }),
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 40 }),
      fc.nat(1e6),
      (H, O, samples, seed) => {
        const random = seededRandom(seed);
        const uniform = (n: number): Float32Array => Float32Array.from({ length: n }, () => random() - 0.5);
        const weights = { W: uniform(H * O), b: uniform(O) };
        const h = uniform(samples * H);
        const dy = uniform(samples * O);

        const arena = new Arena();
        const layer = new LinearLayer(arena, weights, samples);
        const [hAt, dhAt] = [arena.take(samples * H * 16), arena.take(samples * H * 16)];
        const { f32 } = arena.view();
        f32.set(h, hAt / 4);
        for (let s = 0; s < samples; s++) {
          f32.set(dy.subarray(s * O, (s + 1) * O), layer.dy / 4 + s * layer.stride);
        }
        layer.forward(hAt, samples);
        layer.backward(hAt, dhAt, samples);

        const gradients = { W: new Float32Array(H * O), b: new Float32Array(O) };
        const dh = linearBack(weights, h, dy, gradients);
        const got = layer.read('gradients');
        const y = new Float32Array(samples * O);
        for (let s = 0; s < samples; s++) {
          const at = layer.y / 4 + s * layer.stride;
          y.set(f32.subarray(at, at + O), s * O);
        }
        expect(bits(y)).toEqual(bits(linear(weights, h)));
        expect(bits(f32.slice(dhAt / 4, dhAt / 4 + dh.length))).toEqual(bits(dh));
        expect(bits(got.W)).toEqual(bits(gradients.W));
        expect(bits(got.b)).toEqual(bits(gradients.b));
        expect(layer.read('parameters')).toEqual(weights);
      },
    ),
    { numRuns: 60 },
  );
});
