// read-tiles.mjs FOLDER: decodes every FOLDER/z-x-y.mvt with Mapbox's own reader; one JSON line a tile: features with id, properties, kind and geometry in tile units.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VectorTile, classifyRings } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';

for (const file of readdirSync(process.argv[2]).filter(f => f.endsWith('.mvt')).sort()) {
  const tile = new VectorTile(new PbfReader(readFileSync(join(process.argv[2], file))));
  const layers = Object.values(tile.layers).map(layer => ({
    name: layer.name,
    version: layer.version,
    extent: layer.extent,
    features: Array.from({ length: layer.length }, (_, i) => {
      const feature = layer.feature(i);
      const rings = feature.loadGeometry().map(ring => ring.map(p => [p.x, p.y]));
      return {
        id: feature.id, kind: feature.type, properties: feature.properties,
        geometry: feature.type === 3 ? classifyRings(feature.loadGeometry()).map(polygon => polygon.map(ring => ring.map(p => [p.x, p.y]))) : rings,
      };
    }),
  }));
  console.log(JSON.stringify({ file, layers }));
}
