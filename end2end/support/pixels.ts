// What a picture really shows.

import { type Page } from "@playwright/test";

export type Colour = [number, number, number];

interface Pixels {
  width: number;
  rows: Colour[][];
}

/** The picture is read by the browser itself. */
export async function pixels(page: Page, png: Buffer): Promise<Pixels> {
  return page.evaluate(async (encoded) => {
    const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const { width, height } = picture;
    const canvas = new OffscreenCanvas(width, height).getContext("2d")!;
    canvas.drawImage(picture, 0, 0);
    const { data } = canvas.getImageData(0, 0, width, height);
    const at = (x: number, y: number) => [...data.slice((y * width + x) * 4, (y * width + x) * 4 + 3)] as Colour;
    const row = (_: unknown, y: number) => Array.from({ length: width }, (_, x) => at(x, y));
    return { width, rows: Array.from({ length: height }, row) };
  }, png.toString("base64"));
}

/** As WCAG counts it. */
export function contrast(one: Colour, other: Colour): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as Colour;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
