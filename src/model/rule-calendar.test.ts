import { expect, test } from "vitest";
import { calendarHolds, calendarJson, readCalendar } from "./rule-calendar.ts";

function holds(when: unknown, time: string): boolean {
  const calendar = readCalendar(when);
  if (typeof calendar === "string") throw new Error(calendar);
  expect(readCalendar(calendarJson(calendar))).toEqual(calendar);
  // eslint-disable-next-line no-restricted-globals -- parses, and does not ask what time it is
  return calendarHolds(calendar, Date.parse(time));
}

test.each([
  [{ dates: ["2026-12-25"] }, "2026-12-25T00:00:00Z", true],
  [{ dates: ["2026-12-25"] }, "2026-12-26T00:00:00Z", false],
  [{ dates: ["2026-12-25"] }, "2027-12-25T12:00:00Z", false],
  [{ dates: ["12-25", "01-01"] }, "2031-01-01T23:59:59Z", true],
  [{ dates: ["02-29"] }, "2028-02-29T10:00:00Z", true],
  // Midnight is where the wall is, in winter and in summer.
  [{ dates: ["12-25"], "time-zone": "Europe/Berlin" }, "2026-12-24T23:00:00Z", true],
  [{ dates: ["12-25"], "time-zone": "Europe/Berlin" }, "2026-12-25T23:00:00Z", false],
  [{ dates: ["07-14"], "time-zone": "Europe/Paris" }, "2026-07-13T22:00:00Z", true],
  [{ days: [1, 15] }, "2026-03-15T05:00:00Z", true],
  [{ days: [1, 15] }, "2026-03-16T05:00:00Z", false],
  [{ days: ["last"] }, "2028-02-29T05:00:00Z", true],
  [{ days: ["last"] }, "2028-02-28T05:00:00Z", false],
  [{ weekdays: ["sat", "sun"] }, "2026-11-22T05:00:00Z", true],
  [{ weekdays: ["sat", "sun"] }, "2026-11-23T05:00:00Z", false],
  [{ hours: "02:00-05:00" }, "2026-11-23T02:00:00Z", true],
  [{ hours: "02:00-05:00" }, "2026-11-23T05:00:00Z", false],
  [{ hours: "22:00-06:00" }, "2026-11-23T05:59:00Z", true],
  [{ hours: "22:00-06:00" }, "2026-11-23T21:59:00Z", false],
  [{ hours: "22:00-24:00" }, "2026-11-23T23:59:00Z", true],
  [{ days: [1], hours: "02:00-05:00" }, "2026-11-02T03:00:00Z", false],
])("calendarHolds() of %o at %s is %s", (when, time, expected) => {
  expect(holds(when, time)).toBe(expected);
});

test.each([
  ["monday", 'when is "monday"; allowed is a map of time-zone, dates'],
  [{}, "when says no dates, days, weekdays or hours"],
  [{ "time-zone": "UTC" }, "when says no dates"],
  [{ "time-zone": "Berlin", days: [1] }, 'time-zone is "Berlin"; allowed is a zone such as'],
  [{ dates: ["2026-02-30"] }, 'dates is ["2026-02-30"]; allowed is a list of dates'],
  [{ dates: "12-25" }, "allowed is a list of dates"],
  [{ days: [0] }, "days is [0]; allowed is a list of days of the month"],
  [{ weekdays: ["Samstag"] }, "allowed is a list of sun, mon"],
  [{ hours: "25:00-26:00" }, 'allowed is two times such as "22:00-06:00"'],
  [{ hours: "02:00-02:00" }, "allowed is two times"],
  [{ holidays: ["12-25"] }, 'nothing in when is called "holidays"; known are'],
])("readCalendar() says what is wrong with %o", (input, fault) => {
  expect(readCalendar(input)).toContain(fault);
});
