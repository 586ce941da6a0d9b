// saul.mjs FILE: FILE is {photos: [{x, y, z, omega, phi, kappa, focal, width, height}], targets: [[[x, y, z], ...], ...]} in metres; prints for each photo the targets of which any point lies in it, by @dataforsyningen/saul.
import { readFileSync } from 'node:fs';
import { getImageXY } from '@dataforsyningen/saul';

const { photos, targets } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const radians = d => d * Math.PI / 180;
console.log(JSON.stringify(photos.map(p => {
  const image = { properties: {
    'pers:interior_orientation': { principal_point_offset: [0, 0], focal_length: p.focal, pixel_spacing: [1, 1], sensor_array_dimensions: [p.width, p.height] },
    'pers:perspective_center': [p.x, p.y, p.z], 'pers:omega': p.omega, 'pers:phi': p.phi, 'pers:kappa': p.kappa } };
  // It does not say what lies behind the camera: the third column of its rotation does.
  const [o, f] = [radians(p.omega), radians(p.phi)];
  const back = [Math.sin(f), -Math.sin(o) * Math.cos(f), Math.cos(o) * Math.cos(f)];
  return targets.flatMap((points, number) => points.some(([x, y, z]) => {
    if ((x - p.x) * back[0] + (y - p.y) * back[1] + (z - p.z) * back[2] > -0.5) return false;
    const [column, row] = getImageXY(image, x, y, z);
    return column >= 0 && column <= p.width && row >= 0 && row <= p.height;
  }) ? [number] : []);
})));
