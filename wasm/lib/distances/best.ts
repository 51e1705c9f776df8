/**
 * Bounds for the ranking `best` of src/oculus/measures.ts: half of what lagged correlation says, half of
 * what banded warping says, both of smoothed views and of the same sign.
 *
 *     distance = (1 - |r|) / 2 + d² / 4m
 *
 * Correlation comes first and settles most rows; to the others LB_Keogh is added while their view lies in
 * the nearest cache. Where the sign of a row is not sure both ways count, and a row whose view is not sure
 * is bounded by 0: whoever asked measures it.
 */
import { correlate, distanceSlack, multiply, oppositeMost, sameMost, sureSign } from "./lags";
import { outsideOf, Squared } from "./sums";
import {
  layPadded,
  mirror,
  normalise,
  paddedBytes,
  paddedRowCount,
  smooth,
  viewError,
  viewErrorMax,
  viewMean,
  viewScale,
} from "./views";

/** What `smoothed` says of a row that only the definition can tell of. */
const unsure: f32 = -1;

/** Of the view last correlated, see `correlateView`. */
let productError: f32 = 0;
let scatterError: f32 = 0;

/**
 * out[i] is not above the distance of the row `from` + i; where it is above `limit` it may stop short.
 *
 * @param spread  by how much a warped distance is off at most for each deviation that a view is off
 * @param padded  room for `paddedRowCount` rows, see `layPadded`
 * @param view    room for one row and three points more
 */
export function best(
  rows: usize,
  pointCount: i32,
  from: i32,
  until: i32,
  lines: usize,
  lags: usize,
  laterGroups: i32,
  earlierGroups: i32,
  isEitherSign: bool,
  width: i32,
  errorScale: f32,
  dotError: f32,
  lower: usize,
  upper: usize,
  spread: f32,
  limit: f32,
  padded: usize,
  view: usize,
  out: usize,
): void {
  const m = <f32>pointCount;
  const stride = (<usize>pointCount) << 2;
  const perSquare = <f32>1 / (<f32>4 * m);
  const share = <f32>1 - <f32>1e-7 * (m + 8);
  const groupCount = laterGroups + earlierGroups;
  const step = paddedBytes(pointCount, width);
  let padding = padded;
  let paddedEnd = from;
  for (let row = from, to = out; row < until; row++, to += 4, padding += step) {
    if (row == paddedEnd) {
      paddedEnd = min(row + paddedRowCount, until);
      padding = padded;
      for (let next = row; next < paddedEnd; next++) {
        const points = rows + <usize>next * stride;
        layPadded(points, pointCount, width, padded + <usize>(next - row) * step);
      }
    }
    if (!smooth(padding, pointCount, width, errorScale, view)) {
      store<f32>(to, Infinity);
      continue;
    }
    if (!(viewError < viewErrorMax)) {
      store<f32>(to, 0);
      continue;
    }
    correlateView(view, pointCount, lines, lags, laterGroups, earlierGroups, dotError);
    let bound = correlationPart(isEitherSign);
    if (bound <= limit) {
      const sign = isEitherSign
        ? sureSign(pointCount, lags, groupCount, productError, scatterError)
        : 1;
      normalise(view, pointCount, sign);
      let square = outsideOf<Squared>(view, stride, lower, upper);
      if (sign == 0) {
        mirror(view, pointCount);
        square = min(square, outsideOf<Squared>(view, stride, lower, upper));
      }
      const root = sqrt<f32>(square) * share - spread * viewError;
      if (root > 0) bound += root * root * perSquare * share;
    }
    store<f32>(to, bound);
  }
}

/**
 * For the rows listed: out[i] is half of what correlation says, and never more, or `unsure`; errors[i] is the
 * error of its view, which is laid, in the sense that it goes, as row i of `views`.
 */
export function smoothed(
  rows: usize,
  pointCount: i32,
  list: usize,
  listCount: i32,
  lines: usize,
  lags: usize,
  laterGroups: i32,
  earlierGroups: i32,
  isEitherSign: bool,
  width: i32,
  errorScale: f32,
  dotError: f32,
  padded: usize,
  views: usize,
  out: usize,
  errors: usize,
): void {
  const stride = (<usize>pointCount) << 2;
  const groupCount = laterGroups + earlierGroups;
  for (let n: usize = 0; n < <usize>listCount; n++) {
    const points = rows + <usize>load<i32>(list + (n << 2)) * stride;
    const view = views + n * stride;
    layPadded(points, pointCount, width, padded);
    smooth(padded, pointCount, width, errorScale, view);
    let part = unsure;
    let sign: i32 = 1;
    if (viewError < viewErrorMax) {
      correlateView(view, pointCount, lines, lags, laterGroups, earlierGroups, dotError);
      if (isEitherSign) {
        sign = sureSign(pointCount, lags, groupCount, productError, scatterError);
      }
      if (sign != 0) part = correlationPart(isEitherSign);
    }
    store<f32>(errors + (n << 2), viewError);
    store<f32>(out + (n << 2), part);
    normalise(view, pointCount, sign);
  }
}

/** Correlates the view last smoothed at all lags, and sets by how much that is off at most. */
function correlateView(
  view: usize,
  pointCount: i32,
  lines: usize,
  lags: usize,
  laterGroups: i32,
  earlierGroups: i32,
  dotError: f32,
): void {
  const m = <f32>pointCount;
  productError = sqrt<f32>(m) * (viewError + dotError);
  scatterError = m * (<f32>10 * viewError + <f32>4 * dotError);
  multiply(view, pointCount, lines, lags, laterGroups + earlierGroups);
  correlate(
    view,
    pointCount,
    viewMean,
    viewScale,
    lags,
    laterGroups,
    earlierGroups,
    productError,
    scatterError,
  );
}

/** Half of what correlation says of the view last correlated, and never more. */
function correlationPart(isEitherSign: bool): f32 {
  const most = isEitherSign ? max(sameMost, oppositeMost) : sameMost;
  return max<f32>(0, (<f32>1 - sqrt<f32>(most)) * 0.5 - distanceSlack);
}
