/** The voices of the streaming detector in words, and how rare a score is. */

export interface VoiceWords {
  readonly label: string;
  readonly question: string;
}

const words: Readonly<Record<string, VoiceWords>> = {
  point: {
    label: "this sample",
    question: "How far is this one value from what was expected, against how far it usually is?",
  },
  short: {
    label: "the last few",
    question: "How far were the last six values from what was expected, taken together?",
  },
  drift: {
    label: "the recent level",
    question: "How far is it from where it has been in the last fifty samples?",
  },
  surprise: {
    label: "what the last six foretold",
    question: "How far is it from what the six values before it let expect?",
  },
  shape: {
    label: "its own past shapes",
    question: "How unlike is the latest stretch to anything the metric drew before?",
  },
  onset: {
    label: "something began",
    question: "Did something begin that is larger than all that was lately? Told once.",
  },
};

export function wordsOfVoice(voice: string): VoiceWords {
  return words[voice] ?? { label: voice, question: "" };
}

/** From here on a voice says that something is odd: three of its own deviations. */
export const loudStrength = 3;

/** "1 sample in 1,900" */
export function rarityWords(score: number, format: (count: number) => string): string {
  return `1 sample in ${format(Number((10 ** (8 * score)).toPrecision(2)))}`;
}
