import { exp32, log32 } from '../../src/maths/float32.ts';

const f = Math.fround;

interface Moment {
  readonly at: readonly number[];
  time: number;
}

/** What one view remembers, without a thought for how fast. */
class PlainView {
  readonly moments: Moment[] = [];
  readonly low: number[] = [];
  readonly high: number[] = [];
  readonly distances: number[] = [];
  readonly room: number;

  constructor(room = 128) {
    this.room = room;
  }

  widen(at: readonly number[]): void {
    at.forEach((x, k) => {
      this.low[k] = Math.min(this.low[k] ?? x, x);
      this.high[k] = Math.max(this.high[k] ?? x, x);
    });
  }

  span(k: number): number {
    return this.high[k]! - this.low[k]!;
  }

  usual(): number {
    const last = this.distances.slice(-100).toSorted((a, b) => b - a);
    return last.length === 0 ? 0 : last[Math.ceil(last.length / 20) - 1]!;
  }

  remember(at: readonly number[], time: number, like: Moment | undefined): void {
    if (like) like.time = time;
    else if (this.moments.length < this.room) this.moments.push({ at, time });
    else {
      const oldest = Math.min(...this.moments.map((moment) => moment.time));
      this.moments[this.moments.findIndex((moment) => moment.time === oldest)] = { at, time };
    }
  }
}

const strength = (weight: number, distance: number, usual: number): number =>
  Math.min(6, (weight * distance) / (usual + 0.08));

/** Of several moments the first that is nearest. */
function nearest(
  moments: readonly Moment[],
  distance: (moment: Moment) => number,
): [Moment, number] | undefined {
  if (moments.length === 0) return undefined;
  const least = Math.min(...moments.map(distance));
  return [moments.find((moment) => distance(moment) === least)!, least];
}

/** The scores that `novelty` gives one series of one channel, read from top to bottom: the reference that it is held against. */
export function plainNovelty(times: readonly number[], values: readonly number[], warmUp: number): number[] {
  const first = values[0]!;
  const xs = values.map((value) => value - first);
  const lengths = {
    block: Math.max(1, Math.floor(warmUp / 100)),
    season: Math.max(1, Math.floor(warmUp / 300)),
  };
  const [value, level, season] = [new PlainView(), new PlainView(), new PlainView(256)];
  const logDistances = new PlainView();
  const centres = { block: NaN, season: NaN };
  const slots: number[][] = Array.from({ length: 48 }, () => []);
  const slotMeans: number[] = [];
  let [sum, weight] = [0, 0];
  const peaks: { height: number; reading: number }[] = [];
  const refractory = Math.max(3, 0.2 * warmUp);

  const blockAt = (reading: number, kind: 'block' | 'season') => {
    if (reading % lengths[kind] !== 0) return undefined;
    const block = xs.slice(reading - lengths[kind], reading);
    const mean = block.reduce((total, x) => total + x, 0) / block.length;
    centres[kind] = Number.isNaN(centres[kind]) ? mean : (centres[kind] + mean) / 2;
    const [high, low] = [Math.max(...block), Math.min(...block)];
    return { mean, extreme: f(high - centres[kind] >= centres[kind] - low ? high : low) };
  };
  const log = (share: number): number => log32(1 + share / 0.03) / log32(1 + 1 / 0.03);

  const lookAtNumber = (view: PlainView, x: number, time: number, isValue: boolean): number => {
    view.widen([x]);
    const [low, span] = [view.low[0]!, view.span(0)];
    const share = (y: number): number => (span > 0 ? (y - low) / span : 0);
    const straight = (moment: Moment): number => Math.abs(share(x) - share(moment.at[0]!));
    const logarithmic = (moment: Moment): number => Math.abs(log(share(x)) - log(share(moment.at[0]!)));
    const scales = isValue ? [straight, logarithmic] : [straight];
    let evidence = 0;
    scales.forEach((scale, i) => {
      const found = nearest(view.moments, scale);
      if (!found) return;
      const { distances } = i === 0 ? view : logDistances;
      evidence += strength(3, found[1], (i === 0 ? view : logDistances).usual());
      distances.push(f(found[1]));
    });
    const farthest = nearest(view.moments, (moment) => Math.max(...scales.map((scale) => scale(moment))));
    view.remember([x], time, farthest && farthest[1] <= 0.01 ? farthest[0] : undefined);
    return evidence;
  };

  const lookAtSeason = (x: number, time: number): number => {
    const slot = Math.floor((time / 86_400_000 - Math.floor(time / 86_400_000)) * 48);
    const seen = slots[slot]!;
    const moved = seen.length === 0 ? 0 : x - slotMeans[slot]!;
    const change = f(moved);
    seen.push(x);
    slotMeans[slot] = f(seen.length === 1 ? x : slotMeans[slot]! + moved * Math.max(1 / seen.length, 0.15));
    season.widen([x, change]);
    const per = [0, 1].map((k) => (season.span(k) > 0 ? 1 / season.span(k) : 0));
    const found = nearest(season.moments, ({ at }) => {
      const [dx, dy] = [(x - at[0]!) * per[0]!, (change - at[1]!) * per[1]!];
      return Math.sqrt(dx * dx + dy * dy);
    });
    const evidence = found ? strength(1, found[1], season.usual()) : 0;
    if (found) season.distances.push(f(found[1]));
    season.remember([x, change], time, found && found[1] <= 0.05 ? found[0] : undefined);
    return evidence;
  };

  return values.map((_, i) => {
    const reading = i + 1;
    const time = times[i]!;
    const block = blockAt(reading, 'block');
    const seasonBlock = blockAt(reading, 'season');
    let evidence = 0;
    if (block) {
      evidence += lookAtNumber(value, block.extreme, time, true);
      sum += (block.mean - sum) / 8;
      weight += (1 - weight) / 8;
      evidence += lookAtNumber(level, f(sum / weight), time, false);
    }
    if (seasonBlock) evidence += lookAtSeason(seasonBlock.extreme, time);
    if (reading <= 0.5 * warmUp || evidence === 0) return 0;

    const ages = peaks.map((peak) => reading - peak.reading);
    const bars = peaks.map(({ height }, p) =>
      ages[p]! <= refractory ? height : height * exp32((refractory - ages[p]!) / (0.2 * warmUp)),
    );
    const higher = peaks.reduce(
      (total, { height }, p) => total + (height >= evidence ? exp32(-ages[p]! / (5 * warmUp)) : 0),
      0,
    );
    const weighed = bars.every((bar) => bar < evidence) ? evidence / Math.sqrt(1 + higher) : 0;
    if (reading >= 0.6 * warmUp) {
      const newest = peaks.at(-1);
      if (newest && reading - newest.reading <= refractory) {
        if (evidence > newest.height) Object.assign(newest, { height: f(evidence), reading });
      } else peaks.push({ height: f(evidence), reading });
      if (peaks.length > 16) peaks.shift();
    }
    return weighed / (weighed + 1.4);
  });
}
