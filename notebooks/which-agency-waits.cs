#!/usr/bin/env dotnet
#:project ../catalog/Plinth.Catalog.csproj
// From a table to an answer: which agency lets citizens wait longest?   dotnet run notebooks/which-agency-waits.cs [LAKE]
using Plinth.Catalog;
using Plinth.Lakehouse;

using var lake = Lake.Open(new(args.FirstOrDefault() ?? "lake"));
using var catalog = CityCatalog.Open(lake);
var passage = await catalog.EnterAsync(Principal.Operator, "notebook: which agency waits", [TableName.Parse("hotline.service_request")]);
using var database = lake.OpenSql();
using var sql = database.Connect();
passage.Require().CreateViews(sql);

Console.WriteLine($"{"agency",-8}{"closed",8}{"median hours",14}");
foreach (var row in sql.Rows("""
    SELECT   agency_responsible, count(*), median(date_diff('minute', requested_datetime, closed_datetime)) / 60.0
    FROM     hotline.service_request
    WHERE    closed_datetime >= requested_datetime
    GROUP BY ALL ORDER BY 3 DESC
    """))
    Console.WriteLine($"{row[0],-8}{row[1],8:N0}{row[2],14:N1}");
