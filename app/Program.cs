Console.Error.WriteLine("plinth: the command line is on its way.");
return 1;
