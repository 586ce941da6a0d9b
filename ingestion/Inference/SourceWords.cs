namespace Plinth.Ingestion.Inference;

/// <summary>What columns of the datasets are called in sources, in the order in which they are looked for.</summary>
internal static class SourceWords
{
    public static readonly (string Column, bool Required, string[] Words)[] Hotline =
    [
        ("service_request_id", true, ["工单编号", "工单号", "case_enquiry_id", "unique_key", "unique key", "service_request_id", "sr_number", "caseid", "case_id", "case id", "ticket", "编号", "id"]),
        ("requested_datetime", true, ["受理时间", "来电时间", "创建时间", "登记时间", "requested_datetime", "open_dt", "open_date", "created_date", "created date", "creation date", "opened", "date created", "created at", "创建日期", "受理日期", "时间"]),
        ("closed_datetime", false, ["办结时间", "结案时间", "closed_datetime", "closed_dt", "closed_date", "closed date", "close_date", "date closed", "closed"]),
        ("updated_datetime", false, ["更新时间", "updated_datetime", "resolution_action_updated_date", "resolution action updated date", "last_modified_date", "updated"]),
        ("status", false, ["工单状态", "状态", "case_status", "status_description", "status"]),
        ("resolution", false, ["办理结果", "答复", "resolution_description", "resolution description", "closure_reason", "status notes", "status_notes"]),
        ("service_name", false, ["服务类型", "诉求类型", "complaint_type", "complaint type", "service_name", "service request type", "request type", "sr_type", "reason"]),
        ("category", false, ["诉求类别", "诉求分类", "类别", "分类", "category", "descriptor", "service_subtype", "service_code", "section", "type"]),
        ("description", false, ["诉求内容", "工单内容", "内容", "描述", "description", "request details", "service_details", "case_title", "title"]),
        ("agency_responsible", false, ["承办单位", "责任单位", "agency_responsible", "responsible agency", "owner_department", "assigned_department", "department", "division", "agency"]),
        ("zipcode", false, ["邮编", "zipcode", "incident_zip", "incident zip", "zip_code", "location_zipcode", "postal code", "zip"]),
        ("longitude", false, ["经度", "longitude", "long", "lon", "lng", "x"]),
        ("latitude", false, ["纬度", "latitude", "lat", "y"]),
        ("address", false, ["事发地址", "地址", "地点", "incident_address", "incident address", "street_address", "full_address", "address", "location", "intersection street 1"]),
    ];

    public static readonly string[] Callers = ["来电人", "联系人", "联系电话", "来电号码", "caller", "phone"];
    public static readonly string[] Thing = ["detector", "device", "sensor", "station", "site", "thing", "location", "设备", "站点", "检测器"];
    public static readonly string[] Property = ["parameter", "property", "variable", "metric", "指标", "参数"];
    public static readonly string[] Time = ["timestamp", "datetime", "time", "date", "时间", "日期"];
    public static readonly string[] Value = ["value", "result", "reading", "数值", "值"];
    public static readonly string[] Unit = ["unit", "units", "单位"];

    /// <summary>The column that is called so, to the letter before in part; of a path the last name counts too.</summary>
    /// <param name="taken">Columns that are something else already.</param>
    public static string? Find(IReadOnlyList<string> header, string[] words, IReadOnlyCollection<string>? taken = null)
    {
        var free = header.Where(h => h.Length > 0 && taken?.Contains(h) != true).ToList();
        return words.Select(w => free.Find(h => h.Equals(w, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(h => h is not null)
            ?? words.Select(w => free.Find(h => h.EndsWith($".{w}", StringComparison.OrdinalIgnoreCase))).FirstOrDefault(h => h is not null)
            ?? words.Where(w => w.Length > 4 || w[0] > 127).Select(w => free.Find(h => h.Contains(w, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(h => h is not null);
    }
}
