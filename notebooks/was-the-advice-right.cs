#!/usr/bin/env dotnet
#:project ../catalog/Plinth.Catalog.csproj
// Feedback as ground truth: how often did the released algorithm's advice hold?   dotnet run notebooks/was-the-advice-right.cs [LAKE]
using Plinth.Catalog;
using Plinth.Lakehouse;

using var lake = Lake.Open(new(args.FirstOrDefault() ?? "lake"));
using var catalog = CityCatalog.Open(lake);
var passage = await catalog.EnterAsync(Principal.Operator, "notebook: was the advice right",
    [TableName.Parse("module.finding"), TableName.Parse("module.feedback")]);
using var database = lake.OpenSql();
using var sql = database.Connect();
passage.Require().CreateViews(sql);

Console.WriteLine($"{"agency",-8}{"advised",8}{"right",8}{"confidence",12}");
foreach (var row in sql.Rows("""
    SELECT   coalesce(b.corrected_value, f.value) AS handled_by, count(*), count(*) FILTER (b.decision = 'accepted'), avg(f.confidence)
    FROM     module.finding f JOIN module.feedback b USING (finding_id)
    WHERE    f.kind = 'agency_advice'
    GROUP BY ALL ORDER BY 2 DESC
    """))
    Console.WriteLine($"{row[0],-8}{row[1],8:N0}{row[2],8:N0}{row[3],12:0.000}");
