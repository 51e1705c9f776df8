import { expect, test } from "vitest";
import { rarityWords, wordsOfVoice } from "./voice-words.ts";

test("rarityWords() says how many healthy samples there are for one as odd", () => {
  expect(rarityWords(0.25, String)).toBe("1 sample in 100");
  expect(rarityWords(0.5, String)).toBe("1 sample in 10000");
  expect(rarityWords(0.41, String)).toBe("1 sample in 1900");
});

test("wordsOfVoice() has words for each voice, and shows what it does not know as it is", () => {
  for (const voice of ["point", "short", "drift", "surprise", "shape", "onset"]) {
    expect(wordsOfVoice(voice).label).not.toBe(voice);
  }
  expect(wordsOfVoice("oracle").label).toBe("oracle");
});
