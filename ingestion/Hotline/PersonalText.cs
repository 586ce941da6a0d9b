using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Plinth.Ingestion.Hotline;

/// <summary>Finds personal data in free text and puts keyed pseudonyms in its place: <c>[phone p:…]</c>; without a key only the kind.</summary>
/// <remarks>Telephone numbers, numbers of identity cards, bank cards, plates of vehicles, e-mail addresses, US social security numbers, and names that the text itself calls names (张先生, 联系人：李四, Mr. Smith, caller: Jane Doe). What looks like an order's number stays.</remarks>
internal sealed partial class PersonalText(Func<string, string?> pseudonym)
{
    private const string Provinces = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");
    private static readonly SearchValues<char> Marks = SearchValues.Create("@" + Provinces);
    private static readonly SearchValues<string> Titles = SearchValues.Create(["先生", "女士", "小姐", "联系人", "姓名", "来电人", "反映人", "投诉人"], StringComparison.Ordinal);

    private static readonly SearchValues<string> EnglishTitles = SearchValues.Create(["mr ", "mr. ", "mrs ", "mrs. ", "ms ", "ms. ", "miss ", "name", "caller", "contact", "complainant"], StringComparison.OrdinalIgnoreCase);

    /// <summary>The text without what is personal; the same object where nothing is.</summary>
    public string Mask(string text)
    {
        if (text.AsSpan().IndexOfAny(Marks) >= 0)
        {
            text = Email().Replace(text, m => Stand("email", m.Value));
            text = Plate().Replace(text, m => Stand("plate", m.Value));
        }
        if (text.AsSpan().ContainsAny(Titles))
        {
            text = Called().Replace(text, m => m.Groups[1].Value + Stand("name", m.Groups[2].Value));
            text = Addressed().Replace(text, m => Stand("name", m.Groups[1].Value + m.Groups[2].Value) + m.Groups[2].Value);
        }
        if (text.AsSpan().ContainsAny(EnglishTitles))
            text = EnglishName().Replace(text, m => m.Groups[1].Value + Stand("name", m.Groups[2].Value));
        return text.AsSpan().IndexOfAny(Digits) >= 0 ? Numbers(text) : text;
    }

    /// <summary>Looks at each run of digits with single blanks, hyphens and brackets between them.</summary>
    private string Numbers(string text)
    {
        StringBuilder? masked = null;
        Span<char> digits = stackalloc char[24];
        var copied = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiDigit(text[i]) || (i > 0 && (char.IsAsciiLetterOrDigit(text[i - 1]) || text[i - 1] is '.' or '#')))
                continue;
            var (count, end, groups) = Run(text, i, digits);
            var number = digits[..count];
            if (Kind(number, text, i, end, groups) is not { } kind)
            {
                i = end - 1;
                continue;
            }
            var start = i > 0 && text[i - 1] == '(' ? i - 1 : i;
            masked ??= new(text.Length);
            masked.Append(text, copied, start - copied).Append(Stand(kind, new(number)));
            copied = end;
            i = end - 1;
        }
        return masked is null ? text : masked.Append(text, copied, text.Length - copied).ToString();
    }

    private static (int Count, int End, int Groups) Run(string text, int at, Span<char> digits)
    {
        var (count, end, groups) = (0, at, 1);
        for (var i = at; i < text.Length && count < digits.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]))
            {
                digits[count++] = text[i];
                end = i + 1;
            }
            else if (text[i] is 'X' or 'x' && count == 17)
            {
                digits[count++] = 'X';
                return (count, i + 1, groups);
            }
            else if (text[i] is ' ' or '-' or ')' or '(' && i + 1 < text.Length && (char.IsAsciiDigit(text[i + 1]) || (text[i] == ')' && text[i + 1] is ' ' or '-')))
                groups += text[i] == ')' ? 0 : 1;
            else if (!(text[i] is ' ' or '-' && i > at && text[i - 1] == ')'))
                break;
        }
        return (count, end, groups);
    }

    private static string? Kind(ReadOnlySpan<char> number, string text, int start, int end, int groups)
    {
        if (end < text.Length && char.IsAsciiLetter(text[end]))
            return null;
        if (number.Length == 18 && IsIdentity(number))
            return "identity";
        if (number.Length == 9 && groups == 3 && end - start == 11 && text[start + 3] == '-' && text[start + 6] == '-')
            return "identity"; // 123-45-6789
        if (number.Length == 11 && number[0] == '1' && number[1] is >= '3' and <= '9')
            return "phone";
        if (number.Length == 13 && number[..2] is "86" && number[2] == '1')
            return "phone";
        if (number.Length is 10 or 11 or 12 && number[0] == '0' && groups <= 2)
            return "phone"; // area code and number
        if (number.Length == 10 && groups == 3 || (number.Length == 10 && start > 0 && text[start - 1] == '('))
            return "phone"; // 617-555-0100
        if (number.Length == 11 && number[0] == '1' && groups == 4)
            return "phone"; // 1-617-555-0100
        return number.Length is >= 16 and <= 19 && IsLuhn(number) ? "card" : null;
    }

    /// <summary>GB 11643: the last sign checks the other 17.</summary>
    private static bool IsIdentity(ReadOnlySpan<char> number)
    {
        ReadOnlySpan<int> weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        var sum = 0;
        for (var i = 0; i < 17; i++)
            sum += (number[i] - '0') * weights[i];
        return "10X98765432"[sum % 11] == number[17];
    }

    private static bool IsLuhn(ReadOnlySpan<char> number)
    {
        var sum = 0;
        for (var i = 0; i < number.Length; i++)
        {
            var digit = number[^(i + 1)] - '0';
            sum += i % 2 == 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
        }
        return number[0] != '0' && sum % 10 == 0 && number.IndexOf('X') < 0;
    }

    private string Stand(string kind, string value) => pseudonym(value) is { } name ? $"[{kind} {name}]" : $"[{kind}]";

    [GeneratedRegex(@"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,4}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Email();

    [GeneratedRegex("[" + Provinces + @"][A-HJ-NP-Z][·\s]?[A-HJ-NP-Z0-9]{5,6}(?![A-Za-z0-9])", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Plate();

    [GeneratedRegex(@"((?:联系人|姓名|来电人|反映人|投诉人)\s*[:：]\s*)(\p{IsCJKUnifiedIdeographs}{2,4}?)(?=$|[^\p{IsCJKUnifiedIdeographs}]|先生|女士)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Called();

    /// <summary>Names after a title or a word that says a name comes; a doctor's is left out, because Dr is a drive too.</summary>
    [GeneratedRegex(@"\b((?:[Mm][Rr]s?|[Mm]s|MS|[Mm]iss)\.?\s+|(?:[Nn]ame is|NAME IS|(?:[Nn]ame|[Cc]aller|[Cc]ontact|[Cc]omplainant|NAME|CALLER|CONTACT)\s*:)\s*)(\p{Lu}[\p{L}'-]{1,30}(?:[ ]\p{Lu}\.?(?:[\p{L}'-]{1,30})?){0,2})", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex EnglishName();

    [GeneratedRegex("(?<=^|[^\\p{IsCJKUnifiedIdeographs}]|市民|居民|业主|联系)([赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉龚程邢裴陆荣翁荀甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧山谷车侯全班仰秋仲伊宫宁仇栾甘厉戎祖武符刘景詹束龙叶幸司韶黎溥印宿白怀蒲从索赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍桑桂濮牛寿通边扈燕冀浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧利师巩聂关荆]\\p{IsCJKUnifiedIdeographs}{0,2})(先生|女士|小姐)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Addressed();
}
