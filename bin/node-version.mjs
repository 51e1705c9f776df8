/** Which Node runs Kale; the same as `engines` in package.json. Read by any Node, so it is plain JavaScript. */

const [leastMajor, leastMinor] = [22, 19];

/**
 * @param {string} version  as in `process.versions.node`, e.g. "20.20.2"
 * @returns {string | undefined}  what is wrong with it and what to do; undefined where nothing is
 */
export function tooOldWords(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return undefined;
  return `Node ${version} is too old, ${leastMajor}.${leastMinor} or newer is needed. In Kale's folder \`npm ci\` brings one along, which \`npm start\` and \`npm run -s kale -- COMMAND\` use.`;
}
