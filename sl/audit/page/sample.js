// The share of wrong labels, from pictures that were drawn at random and judged by hand.

const NORMAL = 1.959964; // the 97.5 % quantile of the standard normal distribution

// Wilson's 95 % interval (1927) of a share of which `hits` of `n` were seen.
function wilson(hits, n) {
  const share = hits / n;
  const scale = 1 + NORMAL ** 2 / n;
  const centre = (share + NORMAL ** 2 / (2 * n)) / scale;
  const half = (NORMAL / scale) * Math.sqrt((share * (1 - share)) / n + NORMAL ** 2 / (4 * n ** 2));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

// What the judgements (right, wrong, unsure or undefined) of the sample say of all `images` labels.
function sampleRate(verdicts, images) {
  const number = (verdict) => verdicts.filter((one) => one === verdict).length;
  const [right, wrong, unsure] = ["right", "wrong", "unsure"].map(number);
  const n = right + wrong;
  if (n === 0) {
    return `These ${verdicts.length} of all ${images} labels were drawn at random. Judge them from the first on, and read `
      + "here how many of all labels are wrong. The more you judge, the narrower the 95 % interval.";
  }
  const percent = (value) => (100 * value).toFixed(1);
  const [share, low, high] = [wrong / n, ...wilson(wrong, n)].map(percent);
  // Unsure labels may be wrong more often than others; then the interval without them is too low.
  const ends = [wrong, wrong + unsure].map((number) => percent(number / (n + unsure)));
  const left = unsure ? ` ${unsure} unsure, not counted: if all are right ${ends[0]} %, if all are wrong ${ends[1]} %.` : "";
  const interval = `95 % interval ${low} to ${high} %`;
  return `Of all ${images} labels, an estimated ${share} % are wrong (${interval}): ${wrong} of the ${n} judged.${left}`;
}
