/** What a check answers, as src/analyzer/checks/check.ts tells. */
export const calm: i32 = 0;
export const fired: i32 = 1;
export const abstained: i32 = 2;
export const silent: i32 = 3;
