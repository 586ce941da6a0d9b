namespace Plinth.Twin.Query;

/// <summary>Whose is a place, and where nobody or more than one is responsible.</summary>
internal static class ResponsibilitySql
{
    internal const string Macros = """
        -- Areas of responsibility and units that hold a point, the narrowest first; with a matter, those for it and the units.
        CREATE OR REPLACE MACRO twin.whose(lon, lat, for_matter := NULL, valid := NULL, known := NULL) AS TABLE
            WITH here AS (
                SELECT g.entity_id, g.geom FROM twin.geometry_at(valid := valid, known := known) g
                WHERE  g.role = 'outline' AND g.bbox.xmin <= lon AND g.bbox.xmax >= lon AND g.bbox.ymin <= lat AND g.bbox.ymax >= lat AND ST_Intersects(g.geom, ST_Point(lon, lat))
            ), said AS (
                SELECT entity_id, any_value(value_text) FILTER (property = 'department') AS department, any_value(value_text) FILTER (property = 'matter') AS matter, any_value(value_text) FILTER (property = 'level') AS level
                FROM   twin.fact_at(valid := valid, known := known) WHERE property IN ('department', 'matter', 'level') GROUP BY entity_id
            )
            SELECT e.entity_id, e.type, e.name, s.department, s.matter, s.level, ST_Area(h.geom) AS area_m2
            FROM   here h JOIN twin.entity_at(valid := valid, known := known) e ON e.entity_id = h.entity_id LEFT JOIN said s ON s.entity_id = e.entity_id
            WHERE  e.type IN ('ResponsibilityArea', 'AdministrativeUnit') AND (for_matter IS NULL OR e.type = 'AdministrativeUnit' OR s.matter = for_matter)
            ORDER BY e.type DESC, area_m2, e.entity_id;

        CREATE OR REPLACE MACRO twin.responsibility_area(valid := NULL, known := NULL) AS TABLE
            SELECT e.entity_id, e.name, d.value_text AS department, m.value_text AS matter, g.geom, g.bbox
            FROM   twin.entity_at(valid := valid, known := known) e
            JOIN   twin.geometry_at(valid := valid, known := known) g ON g.entity_id = e.entity_id AND g.role = 'outline'
            JOIN   twin.fact_at(valid := valid, known := known) m ON m.entity_id = e.entity_id AND m.property = 'matter'
            LEFT JOIN twin.fact_at(valid := valid, known := known) d ON d.entity_id = e.entity_id AND d.property = 'department'
            WHERE  e.type = 'ResponsibilityArea';

        -- Ground that two departments hold for the same matter; slivers of less than some square metres do not count.
        CREATE OR REPLACE MACRO twin.responsibility_overlaps(least_m2 := 1.0, valid := NULL, known := NULL) AS TABLE
            WITH area AS (SELECT * FROM twin.responsibility_area(valid := valid, known := known))
            SELECT a.matter, a.entity_id AS a_id, a.department AS a_department, b.entity_id AS b_id, b.department AS b_department, ST_Intersection(a.geom, b.geom) AS geom,
                   ST_Area(ST_Intersection(a.geom, b.geom)) AS area_m2
            FROM   area a JOIN area b ON a.matter = b.matter AND a.entity_id < b.entity_id
                   AND a.bbox.xmin <= b.bbox.xmax AND a.bbox.xmax >= b.bbox.xmin AND a.bbox.ymin <= b.bbox.ymax AND a.bbox.ymax >= b.bbox.ymin AND ST_Intersects(a.geom, b.geom)
            WHERE  ST_Area(ST_Intersection(a.geom, b.geom)) >= least_m2;

        -- Ground of a unit that nobody holds, for each matter that anybody is responsible for.
        CREATE OR REPLACE MACRO twin.responsibility_gaps(unit, least_m2 := 1.0, valid := NULL, known := NULL) AS TABLE
            WITH held AS (
                SELECT matter, list_reduce(list(geom ORDER BY entity_id), lambda a, b: ST_AsWKB(ST_Union(a, b))::BLOB) AS geom FROM twin.responsibility_area(valid := valid, known := known) GROUP BY matter
            ), whole AS (
                SELECT geom FROM twin.geometry_at(valid := valid, known := known) WHERE entity_id = unit AND role = 'outline' LIMIT 1
            )
            SELECT h.matter, ST_Difference(w.geom, h.geom) AS geom, ST_Area(ST_Difference(w.geom, h.geom)) AS area_m2
            FROM   held h, whole w
            WHERE  ST_Area(ST_Difference(w.geom, h.geom)) >= least_m2
        """;
}
