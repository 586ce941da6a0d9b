namespace Plinth.Lakehouse.Maintenance;

/// <summary>A maintenance operation was asked for what could do harm, or what the table cannot do. Nothing was changed.</summary>
public sealed class MaintenanceRefusedException(string table, string reason) : LakeException($"Table '{table}': {reason}");
